/**
 * The way to the control socket of a running process: where it is, how it is reached, what is said
 * over it. The bundle listens; the command line has this package on its class path and speaks.
 */
package dev.glia.control;
