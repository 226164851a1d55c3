/** Gradients: a function from graph to graph. SPI. */
package dev.baton.autodiff;
