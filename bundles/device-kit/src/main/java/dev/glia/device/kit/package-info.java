/**
 * What the author of a driver embeds: emulated cores that hold an architecture's rules and memory.
 * bnd copies the package into the driver bundle, so that a driver exports and imports nothing but
 * the API.
 */
package dev.glia.device.kit;
