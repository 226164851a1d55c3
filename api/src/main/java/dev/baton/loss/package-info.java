/** Losses: how far the answers are from the targets. User API. */
package dev.baton.loss;
