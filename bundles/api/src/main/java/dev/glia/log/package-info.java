/**
 * Log records and the places they go to: implement {@link dev.glia.log.LogSink} to add a log
 * location.
 */
@Export
@Version("1.0.0")
package dev.glia.log;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
