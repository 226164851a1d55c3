/** Listeners that show a training run in other programs. User API. */
package dev.baton.report;
