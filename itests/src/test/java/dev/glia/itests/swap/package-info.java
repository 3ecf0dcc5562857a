/** Drivers are replaced while requests run: by count, by bad drivers, and what is left of them. */
package dev.glia.itests.swap;
