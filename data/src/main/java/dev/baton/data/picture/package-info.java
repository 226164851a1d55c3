/** Pictures from files: read, normalised, flipped and cropped. User API. */
package dev.baton.data.picture;
