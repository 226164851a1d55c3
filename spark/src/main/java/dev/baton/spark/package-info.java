/** Training and answering on many machines, which Apache Spark holds together. User API. */
package dev.baton.spark;
