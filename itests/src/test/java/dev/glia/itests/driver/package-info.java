/**
 * A device driver as a third party would write it, packed into a bundle of its own by the tests.
 */
package dev.glia.itests.driver;
