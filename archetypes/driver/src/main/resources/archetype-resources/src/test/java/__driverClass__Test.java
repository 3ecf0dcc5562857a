package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.glia.device.Architecture;

import org.junit.jupiter.api.Test;

/** The facts, which need no machine. */
class ${driverClass}Test {
    @Test
    void acceptsItsOwnModelsFirst() {
        Architecture facts = new ${driverClass}(null, null, null).architecture();

        assertEquals("${arch}", facts.name());
        assertEquals("${arch}", facts.accepts().getFirst());
        assertTrue(facts.memoryPerCore() > 0);
    }
}
