/** Which bundles get into the distribution as it is built. */
package dev.glia.itests.trust;
