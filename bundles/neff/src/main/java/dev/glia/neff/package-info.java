/**
 * NEFF containers: read, verified, inspected and written, from untrusted bytes and within fixed
 * bounds.
 *
 * <p>{@link dev.glia.neff.NeffReader} and {@link dev.glia.neff.NeffWriter} are services; the rest
 * are their values.
 */
@Export
@Version("1.0.0")
package dev.glia.neff;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
