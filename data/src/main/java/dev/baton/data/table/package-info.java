/** Tables of numbers and words, such as CSV files, as examples. User API. */
package dev.baton.data.table;
