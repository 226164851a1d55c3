/** What models are made of: layers, their parameters and first values. User API. */
package dev.baton.nn;
