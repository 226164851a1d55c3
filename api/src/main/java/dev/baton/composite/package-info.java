/** Operations defined in others, which a backend may compute whole. SPI. */
package dev.baton.composite;
