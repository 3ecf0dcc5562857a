/** A log location of somebody else, as a bundle of one class. */
package dev.glia.itests.log.thirdparty;
