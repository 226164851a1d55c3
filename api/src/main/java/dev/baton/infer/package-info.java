/** Answers of a trained model. User API. */
package dev.baton.infer;
