/** Examples and batches of them. User API. */
package dev.baton.data;
