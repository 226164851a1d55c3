/** What a backend runs: kernels over placed buffers, in their order. SPI. */
package dev.baton.program;
