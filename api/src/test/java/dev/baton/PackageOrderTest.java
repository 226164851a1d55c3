package dev.baton;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Packages lowest first: none may use one that comes later. */
class PackageOrderTest {

    private static final List<String> ORDER = List.of(
            "dev.baton",
            "dev.baton.graph",
            "dev.baton.composite",
            "dev.baton.tensor",
            "dev.baton.autodiff",
            "dev.baton.program",
            "dev.baton.spi",
            "dev.baton.compiler",
            "dev.baton.runtime",
            "dev.baton.reference",
            "dev.baton.nn",
            "dev.baton.model",
            "dev.baton.loss",
            "dev.baton.optim",
            "dev.baton.metrics",
            "dev.baton.data",
            "dev.baton.io",
            "dev.baton.train",
            "dev.baton.distributed",
            "dev.baton.cost",
            "dev.baton.infer");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.baton");

    @Test
    void arrowsNeverPointUp() {
        for (int i = 0; i < ORDER.size() - 1; i++) {
            String[] later = ORDER.subList(i + 1, ORDER.size()).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ORDER.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later)
                    .check(CLASSES);
        }
    }

    @Test
    void everyPackageHasItsPlace() {
        noClasses()
                .should()
                .resideOutsideOfPackages(ORDER.toArray(String[]::new))
                .check(CLASSES);
    }
}
