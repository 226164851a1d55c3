/** Sessions on a backend, and which backends there are. User API. */
package dev.baton.runtime;
