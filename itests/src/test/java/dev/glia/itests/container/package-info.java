/** A container for a test class: Pax Exam's native one behind a JUnit extension. */
package dev.glia.itests.container;
