/** Values of the host: types, shapes, arrays; and the exceptions. User API. */
package dev.baton;
