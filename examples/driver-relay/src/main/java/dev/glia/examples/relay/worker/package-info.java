/** What runs in the other process. */
package dev.glia.examples.relay.worker;
