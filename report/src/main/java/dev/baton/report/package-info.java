/** Listeners that show a training run: in a page, in a terminal, in other programs. User API. */
package dev.baton.report;
