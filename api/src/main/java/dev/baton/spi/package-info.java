/** What a backend implements. SPI. */
package dev.baton.spi;
