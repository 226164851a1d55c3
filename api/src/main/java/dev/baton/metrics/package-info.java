/** Measures of how well a model does, beside the loss. User API. */
package dev.baton.metrics;
