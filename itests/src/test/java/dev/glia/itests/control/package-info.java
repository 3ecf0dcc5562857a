/**
 * Drivers are listed and replaced in running processes, over the control socket and in the shell.
 */
package dev.glia.itests.control;
