/** The situations that the troubleshooting page is keyed by, brought about for real. */
package dev.glia.itests.log.messages;
