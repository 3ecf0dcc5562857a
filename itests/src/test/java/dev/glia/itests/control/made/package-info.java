/** The component of a driver bundle that tests make. */
package dev.glia.itests.control.made;
