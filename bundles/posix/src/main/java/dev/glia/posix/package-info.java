/**
 * What the JDK lacks of POSIX. A bundle that uses it carries it inside (bnd copies it), so that it
 * exports and imports nothing; the launcher has it on its class path.
 */
package dev.glia.posix;
