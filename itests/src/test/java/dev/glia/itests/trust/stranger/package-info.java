/** A bundle that registers what belongs to Glia. */
package dev.glia.itests.trust.stranger;
