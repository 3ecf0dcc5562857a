/** An emulated accelerator with a topology of its own. */
package dev.glia.examples.acme1;
