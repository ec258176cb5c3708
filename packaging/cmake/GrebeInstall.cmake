# SPDX-License-Identifier: Apache-2.0
# The component `driver`: libgrebe, its headers as <grebe/…>, the QtSql plugin and the package for find_package(Grebe).
include(CMakePackageConfigHelpers)

install(TARGETS grebe EXPORT GrebeTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT driver NAMELINK_COMPONENT driver
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS qsqlgrebe LIBRARY DESTINATION plugins/sqldrivers COMPONENT driver)
if(TARGET grebe_duckdb)
    install(TARGETS grebe_duckdb LIBRARY DESTINATION plugins/grebe COMPONENT driver)
endif()

# Exactly the headers that ui may include.
foreach(header
        bytesink cellrange columnformatter columnstatistics connection connectionparameters credentialprovider dialect
        displaywidth driverextension engineinfo error explodedcolumn metadata objectpath outputtarget plan progress
        resultorder resultstore resultwriter savedresult signedin statement)
    install(FILES ${PROJECT_SOURCE_DIR}/driver/extension/${header}.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/grebe COMPONENT driver)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/driver/generated/grebe_export.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/grebe COMPONENT driver)

set(grebe_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Grebe)
set(grebe_plugin_dir plugins)
install(EXPORT GrebeTargets NAMESPACE Grebe:: DESTINATION ${grebe_package_dir} COMPONENT driver)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/GrebeConfig.cmake.in ${PROJECT_BINARY_DIR}/GrebeConfig.cmake
    INSTALL_DESTINATION ${grebe_package_dir} PATH_VARS grebe_plugin_dir)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/GrebeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/GrebeConfig.cmake ${PROJECT_BINARY_DIR}/GrebeConfigVersion.cmake
    DESTINATION ${grebe_package_dir} COMPONENT driver)

# The component `app`: what a desktop shows of the program.
if(GREBE_BUILD_APP)
    install(FILES ${PROJECT_SOURCE_DIR}/packaging/linux/org.grebe.Grebe.desktop
        DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT app)
    install(FILES ${PROJECT_SOURCE_DIR}/packaging/linux/org.grebe.Grebe.svg
        DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps COMPONENT app)
    install(FILES ${PROJECT_SOURCE_DIR}/packaging/linux/org.grebe.Grebe.metainfo.xml
        DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo COMPONENT app)
endif()
