/** A driver bundle that tests make, good or broken. */
package dev.glia.itests.swap.driver;
