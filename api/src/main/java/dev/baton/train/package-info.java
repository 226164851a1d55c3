/** Training: the step, the loop over epochs, evaluation, the summary of a model. User API. */
package dev.baton.train;
