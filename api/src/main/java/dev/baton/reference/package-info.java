/** The interpreter in plain Java, which every backend is measured against. SPI. */
package dev.baton.reference;
