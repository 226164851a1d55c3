/**
 * Training on many machines: what a worker computes, how it is added up, and what the machine that leads applies. How it
 * travels is left to others. User API.
 */
package dev.baton.distributed;
