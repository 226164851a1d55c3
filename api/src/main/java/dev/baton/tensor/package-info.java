/** Symbolic values, which a model computes with while it is traced. User API. */
package dev.baton.tensor;
