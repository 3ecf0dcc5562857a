/**
 * The gate in front of everything that installs a bundle. The JVM has no sandbox: what a bundle may
 * do is decided before it is installed. The launcher has this package on its class path; a bundle
 * that installs others carries it inside (bnd copies it), so that it exports and imports nothing.
 */
package dev.glia.trust;
