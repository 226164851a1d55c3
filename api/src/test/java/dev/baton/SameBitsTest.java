package dev.baton;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What a Java virtual machine may compute differently in the last bit does not touch weights, rates or the oracle. */
class SameBitsTest {

    private static final String TRANSCENDENTAL =
            "sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|exp|expm1|log|log10|log1p|pow|cbrt|hypot";

    @Test
    void transcendentalFunctionsAreStrict() {
        var classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.baton");
        noClasses()
                .should()
                .callMethodWhere(target(owner(JavaClass.Predicates.equivalentTo(Math.class)))
                        .and(target(nameMatching(TRANSCENDENTAL))))
                .because("Math may differ from one virtual machine to the next, StrictMath may not")
                .check(classes);
    }
}
