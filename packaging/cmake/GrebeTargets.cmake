# SPDX-License-Identifier: Apache-2.0

# grebe_add_test(tst_thing [SOURCES more.cpp ...] [LIBRARIES target ...] [LABELS live ...])
# A Qt Test program from tst_thing.cpp beside the calling CMakeLists.txt; it runs offscreen and finds the built plugin. The
# label `threads` is for what the preset tsan builds (target grebe_threads) and runs.
function(grebe_add_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
    add_executable(${name} ${name}.cpp ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} grebe_driver grebe_test_support Qt6::Test)
    target_compile_definitions(${name} PRIVATE GREBE_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data")
    if(TARGET grebe_duckdb)
        add_dependencies(${name} grebe_duckdb) # found at run time
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 300
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_PLUGIN_PATH=${CMAKE_BINARY_DIR}/plugins;UBSAN_OPTIONS=print_stacktrace=1")
    if("threads" IN_LIST arg_LABELS)
        if(NOT TARGET grebe_threads)
            add_custom_target(grebe_threads)
        endif()
        add_dependencies(grebe_threads ${name})
    endif()
    if(GREBE_SANITIZE MATCHES thread)
        set_tests_properties(${name} PROPERTIES TIMEOUT 1500)
        # Arrow's own allocator gives memory from thread to thread unseen by the sanitizer.
        set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "ARROW_DEFAULT_MEMORY_POOL=system"
            "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp")
    endif()
    if(arg_LABELS)
        set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
    endif()
endfunction()
