/** The op table, and graphs of operations. SPI. */
package dev.baton.graph;
