/**
 * Who owns a NeuronCore ({@link dev.glia.core.CoreAllocator}) and in which order it works ({@link
 * dev.glia.core.Lane}): the contracts between Glia's own bundles. Applications and device authors
 * do not need them.
 */
@Export
@Version("1.1.0")
package dev.glia.core;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
