/** Ready models, as builders that a person can read. User API. */
package dev.baton.model;
