/** The price of a model: operations, bytes, memory, time, energy, money, before a run and after it. User API. */
package dev.baton.cost;
