/** Optimizers and schedules of the learning rate. User API. */
package dev.baton.optim;
