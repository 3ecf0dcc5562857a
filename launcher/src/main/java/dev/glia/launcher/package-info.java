/**
 * Glia in a plain Java program: {@link dev.glia.launcher.Glia} boots the bundles of a feature in an
 * embedded OSGi framework and hands out their services. No bundle depends on this package.
 */
package dev.glia.launcher;
