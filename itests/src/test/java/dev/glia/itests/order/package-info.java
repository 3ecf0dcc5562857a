/** Bundles start and stop in any order, and some of them do not do as they should. */
package dev.glia.itests.order;
