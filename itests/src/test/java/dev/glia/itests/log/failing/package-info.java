/** A bundle whose component fails. */
package dev.glia.itests.log.failing;
