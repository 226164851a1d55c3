/** Files of weights. User API. */
package dev.baton.io;
