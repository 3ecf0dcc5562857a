/**
 * One driver with a hundred faults, of which a bundle has one: what the tests of the kit pack. It
 * is right in all that the fault does not touch.
 */
package dev.glia.driver.tck.broken;
